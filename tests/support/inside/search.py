"""Run inside a pod: where the needles on stdin are, in the environment or in any file that is not of the image. Standard library only.

in:  {name: text}
out: {name: [place, ...]}
"""

import json
import os
import stat
import sys

NOT_FILES = ("/proc", "/sys")


def places():
    for name in sorted(os.listdir("/proc")):
        if name.isdigit() and int(name) != os.getpid():
            yield f"/proc/{name}/environ"
            yield f"/proc/{name}/cmdline"
    with open("/proc/self/mounts") as mounts:
        points = [line.split()[1] for line in mounts]
    for point in points:
        if point == "/" or point.startswith(NOT_FILES):
            continue
        if os.path.isfile(point):
            yield point
        for folder, _, names in os.walk(point):
            yield from (os.path.join(folder, name) for name in names)


needles = {name: text.encode() for name, text in json.load(sys.stdin).items()}
found = {name: [] for name in needles}
for place in places():
    try:
        if not stat.S_ISREG(os.stat(place).st_mode):
            continue  # /dev/zero has no end
        with open(place, "rb") as file:
            content = file.read()
    except OSError:
        continue
    for name, needle in needles.items():
        if needle in content:
            found[name].append(place)
print(json.dumps(found))

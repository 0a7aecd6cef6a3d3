"""Run inside a pod: what its main process may do. Standard library only; prints JSON."""

import json
import os


def writable(folder):
    try:
        with open(os.path.join(folder, "attempt"), "w"):
            pass
        os.remove(os.path.join(folder, "attempt"))
        return True
    except OSError:
        return False


with open("/proc/1/status") as file:
    status = dict(line.rstrip("\n").split(":\t", 1) for line in file)
with open("/proc/self/uid_map") as file:
    inside, outside, _ = file.read().split()[:3]
print(
    json.dumps(
        {
            "uid": status["Uid"].split()[0],
            "gid": status["Gid"].split()[0],
            "capabilities": int(status["CapEff"], 16) | int(status["CapBnd"], 16),
            "no_new_privileges": status["NoNewPrivs"],
            "seccomp": status["Seccomp"],
            "root_of_the_host": inside == outside == "0",
            "writable": [
                folder
                for folder in ("/", "/etc", "/opt/voxpod", "/bundle", "/var/run/voxpod", "/tmp")
                if writable(folder)
            ],
            "service_account": os.path.exists("/var/run/secrets"),
        }
    )
)

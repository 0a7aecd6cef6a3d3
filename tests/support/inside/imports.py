"""Run inside a sandbox: which modules our code imports somewhere, were it in the last line of a function, that are not there.

in:  [name of a package of ours, ...]
out: {missing module: [module of ours that imports it, ...]}
"""

import ast
import importlib.util
import json
import pathlib
import pkgutil
import sys


def modules(package):
    spec = importlib.util.find_spec(package)
    yield spec.name, spec.origin
    for found in pkgutil.walk_packages(spec.submodule_search_locations, f"{package}."):
        yield found.name, importlib.util.find_spec(found.name).origin


def imported(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            node.body.clear()
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module


def is_there(name):
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False


missing = {}
for package in json.load(sys.stdin):
    for name, origin in modules(package):
        if not origin.endswith(".py"):
            continue
        for wanted in imported(ast.parse(pathlib.Path(origin).read_bytes())):
            if not is_there(wanted):
                missing.setdefault(wanted.partition(".")[0], set()).add(name)
print(json.dumps({wanted: sorted(importers) for wanted, importers in missing.items()}))

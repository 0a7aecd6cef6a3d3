"""A real single-node Kubernetes as plain processes on this Linux machine: see docs/local-cluster.md.

usage: python3 tests/cluster COMMAND [--name NAME]
"""

import argparse
import json
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from localcluster import build, images, lifecycle, processes, requirements
from localcluster.layout import ClusterError, checked_name


def _requirements(options: argparse.Namespace) -> int:
    if options.install:
        requirements.install()
    message = requirements.report(requirements.missing(), requirements.go_problem())
    print(message or "this host has all that the local cluster needs")
    return 1 if message else 0


def _build(_: argparse.Namespace) -> int:
    if not build.is_built():
        requirements.check()
    print(f"programs: {build.build()}")
    return 0


def _missing(_: argparse.Namespace) -> int:
    for artifact in build.missing():
        print(f"{artifact.name} {artifact.version} ({artifact.hint})")
    return 0


def _up(options: argparse.Namespace) -> int:
    _build(options)
    lifecycle.up(options.name)
    return 0


def _down(options: argparse.Namespace) -> int:
    lifecycle.down(options.name)
    return 0


def _status(options: argparse.Namespace) -> int:
    text, healthy = lifecycle.status(options.name)
    print(text)
    return 0 if healthy else 1


def _load_image(options: argparse.Namespace) -> int:
    cluster = lifecycle.need(options.name)
    for archive in options.archives:
        for reference in images.load(cluster, build.bin_dir(), archive):
            print(f"loaded {reference}")
    return 0


def _kubeconfig(options: argparse.Namespace) -> int:
    print(lifecycle.need(options.name).kubeconfig)
    return 0


def _paths(options: argparse.Namespace) -> int:
    cluster = lifecycle.need(options.name)
    facts = {
        "name": cluster.name,
        "kubeconfig": str(cluster.kubeconfig),
        "bin": str(build.bin_dir()),
        "apiServer": cluster.api_url,
        "nodeIP": str(cluster.node_ip),
        "hostIP": str(cluster.host_ip),
        "state": str(cluster.state),
        "logs": str(cluster.log),
        "auditLog": str(cluster.audit_log),
        "pids": lifecycle.pids(cluster),
        "images": {
            image.program: {"reference": image.reference, "archive": str(build.image_archive(image))}
            for image in build.own_images()
        },
    }
    print(json.dumps(facts, indent=2))
    return 0


def _logs(options: argparse.Namespace) -> int:
    folder = lifecycle.need(options.name).log
    for log in sorted(folder.glob("*.log")):
        if options.component in (None, log.stem):
            print(f"==> {log} <==\n{processes.last_lines(log, options.lines)}\n")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python3 tests/cluster", description=(__doc__ or "").splitlines()[0])
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Callable[[argparse.Namespace], int], text: str) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=text, description=text)
        added.set_defaults(run=run)
        return added

    needs = command("requirements", _requirements, "say what this host lacks")
    needs.add_argument("--install", action="store_true", help="install it (Debian, as root)")
    command("build", _build, "build all programs and our own images into the cache, once")
    command("missing", _missing, "list what `build` would build, a line each; nothing when all is in the cache")
    for_cluster = [
        command("up", _up, "start the cluster and wait until it is ready (builds first if need be)"),
        command("down", _down, "end the cluster and remove all of it"),
        command("status", _status, "list the components; exit code 0 if all is well"),
        command("load-image", _load_image, "load docker-archives or OCI archives"),
        command("kubeconfig", _kubeconfig, "print the path of the admin's kubeconfig"),
        command("paths", _paths, "print folders, addresses, pids and our own images as JSON"),
        command("logs", _logs, "print the end of the components' logs"),
    ]
    for one in for_cluster:
        one.add_argument("--name", default="demo", type=_name, help="which cluster (default: demo)")
    for_cluster[3].add_argument("archives", nargs="+", type=Path, metavar="TAR")
    for_cluster[6].add_argument("component", nargs="?", help="only this one")
    for_cluster[6].add_argument("--lines", type=int, default=20, help="how many (default: 20)")
    return parser


def _name(text: str) -> str:
    try:
        return checked_name(text)
    except ClusterError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def main() -> int:
    options = _parser().parse_args()
    # told to stop, end what was begun (a compiler, a half-started cluster) as on Ctrl-C
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        if hasattr(options, "name"):
            requirements.check_root()
        code: int = options.run(options)
    except (ClusterError, TimeoutError) as error:
        print(f"local cluster: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("local cluster: interrupted", file=sys.stderr)
        return 130
    return code


if __name__ == "__main__":
    sys.exit(main())

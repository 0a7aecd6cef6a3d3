"""The command line: `build`, `requirements` and `requirements-host`."""

import argparse
import dataclasses
import json
import sys
from pathlib import Path

from voxpod_images import debian, requirements
from voxpod_images.build import build_all
from voxpod_images.buildah import Buildah
from voxpod_images.cache import Cache
from voxpod_images.catalog import IMAGES, ROOT, by_names
from voxpod_images.docker import Docker
from voxpod_images.engine import Base, Engine, choose
from voxpod_images.errors import ImagesError


def main(arguments: list[str]) -> int:
    """The exit code: 0, 1 for an error that was printed, 2 for a wrong command line."""
    options = _parser().parse_args(arguments)
    try:
        match options.command:
            case "build":
                _build(options)
            case "requirements":
                _requirements(options)
            case "requirements-host":
                _requirements_host(options)
    except ImagesError as error:
        print(f"images: {error}", file=sys.stderr)
        return 1
    return 0


def _build(options: argparse.Namespace) -> None:
    cache = Cache.from_environment()
    folder = Path(options.export).absolute() if options.export else cache.images
    folder.mkdir(parents=True, exist_ok=True)
    images = by_names(options.only)
    engine = _engine(options, cache)
    with cache.locked():
        built = build_all(images, engine, ROOT, folder)
    print(json.dumps({"engine": engine.name, "images": [dataclasses.asdict(image) for image in built]}, indent=1))


def _engine(options: argparse.Namespace, cache: Cache) -> Engine:
    base = None
    if options.base_image:
        build_image = options.build_image or options.base_image
        base = Base(options.base_image, build_image, f"{options.base_image} {build_image}")
    if choose(options.engine) == "docker":
        return Docker(fresh_base=options.fresh_base, base=base)
    return Buildah(cache, fresh_base=options.fresh_base, base=base)


def _requirements(options: argparse.Namespace) -> None:
    images = by_names(options.only)
    if options.check:
        requirements.check(ROOT, images)
    else:
        requirements.update(ROOT, images, upgrade=options.upgrade)


def _requirements_host(options: argparse.Namespace) -> None:
    missing = debian.missing_host_packages()
    if not missing:
        print(f"all installed: {', '.join(debian.HOST_PACKAGES)}", file=sys.stderr)
    elif options.install:
        debian.install_host_packages(missing)
    else:
        raise ImagesError(f"missing Debian packages: {', '.join(missing)}; --install installs them")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python3 images", description="Voxpod's container images.")
    commands = parser.add_subparsers(dest="command", required=True)

    build = commands.add_parser(
        "build", help="build, tag and export what has changed; prints references, tars and sizes as JSON"
    )
    build.add_argument(
        "--engine",
        choices=("auto", "docker", "buildah"),
        default="auto",
        help="auto takes docker where an engine answers",
    )
    _add_only(build)
    build.add_argument(
        "--export", metavar="DIR", help="folder for the docker-archive tars (default: images/ in the cache)"
    )
    build.add_argument(
        "--base-image",
        metavar="REF",
        help=(
            "base of the final stage, with Python 3.13 (default: docker: the Dockerfile's, buildah: from Debian"
            " packages)"
        ),
    )
    build.add_argument(
        "--build-image", metavar="REF", help="base of the build stages, with pip as well (default: --base-image)"
    )
    build.add_argument(
        "--fresh-base", action="store_true", help="pull or bootstrap the base again, for its security updates"
    )

    resolve = commands.add_parser(
        "requirements", help="resolve each image's pyproject.toml into a hashed requirement file"
    )
    _add_only(resolve)
    mode = resolve.add_mutually_exclusive_group()
    mode.add_argument("--check", action="store_true", help="write nothing, fail when a file does not fit")
    mode.add_argument("--upgrade", action="store_true", help="take the newest versions instead of keeping pins")

    host = commands.add_parser(
        "requirements-host", help="name the Debian packages that building without docker needs and that are missing"
    )
    host.add_argument("--install", action="store_true", help="install them (root)")
    return parser


def _add_only(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--only", action="append", choices=[image.name for image in IMAGES], help="only this image (may be repeated)"
    )

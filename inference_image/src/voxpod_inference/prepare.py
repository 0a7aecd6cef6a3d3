"""Makes a bundle's weights ready for this kind of node. Needs what a sandbox has, no more, and may run beside sandboxes.

Everything is written into a new folder; at the end a link is switched to it in one step. Sandboxes that run have the old
files mapped and keep them, whatever is removed; two that prepare at once make two folders, and the last link counts.
"""

import contextlib
import json
import os
import re
import secrets
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from voxpod_inference.bundle import Bundle, file_entry
from voxpod_inference.engines import vocoder
from voxpod_inference.engines.entry import Recipe
from voxpod_inference.engines.onnx import save_optimised
from voxpod_inference.engines.registry import recipe_of
from voxpod_inference.prepared import (
    MANIFEST,
    NAME,
    NO_LIBRARY,
    SCHEMA_VERSION,
    Fit,
    PreparedError,
    PreparedFile,
    PreparedWeights,
    find,
    fit_of,
    parts_of,
    quick_sum,
    to_json,
    verify,
)

_SCRATCH = ".unfinished-"
_OURS = re.compile(rf"(?P<hidden>\.?)(?P<fit>{NAME.pattern})(?P<suffix>\.[0-9a-f]{{8}})?", re.ASCII)
"""What `_publish` makes: the link of a fit, the folders that it may lead to, a link that is about to take its place."""
_STALE_SECONDS = 3600.0
Progress = Callable[[str], None]


def prepare(bundle: Bundle, root: Path, progress: Progress) -> PreparedWeights:
    """The weights for this node below `root`, made if they are not there or are damaged. BundleError, OSError."""
    fit, recipe = fit_of(bundle), recipe_of(bundle)
    with contextlib.suppress(PreparedError):
        weights = find(root, fit, recipe)
        if not (complaints := verify(weights)):
            return weights
        progress(f"{complaints[0]}: making them anew")
    bundle.check([*recipe.graphs, *(name for native in recipe.native for name in (native.graph, native.weights))])
    if not root.is_dir():
        root.mkdir(parents=True, exist_ok=True)
        root.chmod(0o755)  # whatever the umask is: sandboxes run as another user
    scratch = Path(tempfile.mkdtemp(prefix=_SCRATCH, dir=root))
    try:
        _fill(scratch, bundle, fit, recipe, progress)
        _publish(scratch, root / fit.name)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return find(root, fit, recipe)


def prune(bundle: Bundle, root: Path) -> list[str]:
    """Remove what nobody will load again, and name it: this bundle's weights of other formats, versions of ONNX Runtime or of the
    library, folders of weights without a link, what killed preparations left. Other kinds of processors keep theirs, and what
    is not named and filled as `prepare` does it is left alone."""
    fit, recipe = fit_of(bundle), recipe_of(bundle)
    entries = sorted(root.iterdir()) if root.is_dir() else []
    gone = [p for p in entries if p.is_symlink() and _outdated(p, fit)]
    linked = {os.readlink(p) for p in entries if p.is_symlink() and p not in gone}
    folders = [p for p in entries if p.is_dir() and not p.is_symlink() and p.name not in linked]
    gone += [p for p in folders if _abandoned(p, fit, recipe)]
    for path in gone:
        if path.is_symlink():
            path.unlink(missing_ok=True)
        else:
            shutil.rmtree(path, ignore_errors=True)
    return [path.name for path in gone if not os.path.lexists(path)]


def _outdated(link: Path, fit: Fit) -> bool:
    """Whether a link is one of ours that leads nowhere, or to weights of this bundle for other versions."""
    ours = _OURS.fullmatch(link.name)
    if ours is None or _in_the_making(link) or not _OURS.fullmatch(os.readlink(link)):
        return False
    return bool(ours["hidden"]) or not link.exists() or not _current(ours["fit"], fit)


def _abandoned(folder: Path, fit: Fit, recipe: Recipe) -> bool:
    """Whether a folder that no link leads to is one of ours and of no use. One with a link's own name (in a copy that did not
    keep links) may be of use."""
    if folder.name.startswith(_SCRATCH):
        parts = (MANIFEST, *parts_of(recipe))
        return not _in_the_making(folder) and all(any(part in p.name for part in parts) for p in folder.iterdir())
    ours = _OURS.fullmatch(folder.name)
    if ours is None or ours["hidden"] or not _holds_weights(folder):
        return False
    return bool(ours["suffix"]) or not _current(ours["fit"], fit)


def _current(name: str, fit: Fit) -> bool:
    """Whether weights of this name are another bundle's, or for versions that are in use here."""
    if name == fit.name or not name.startswith(f"{fit.bundle[:12]}-"):
        return True
    return (
        f"-s{SCHEMA_VERSION}-" in name
        and f"-ort{fit.onnxruntime}-" in name
        and name.endswith((f".{vocoder.VERSION}", f"-{NO_LIBRARY}"))
    )


def _holds_weights(folder: Path) -> bool:
    """Whether there is a manifest of prepared weights in it, of this or an older version."""
    try:
        fields = json.loads((folder / MANIFEST).read_bytes())
        return fields["schema"] <= SCHEMA_VERSION and bool(Fit(**fields["fit"]).name)
    except (OSError, ValueError, TypeError, KeyError):
        return False


def _in_the_making(path: Path) -> bool:
    """Whether another process may be filling this folder, or is about to put this link in its place."""
    with contextlib.suppress(OSError):
        return path.name.startswith(".") and time.time() - path.lstat().st_mtime < _STALE_SECONDS
    return False


def _fill(folder: Path, bundle: Bundle, fit: Fit, recipe: Recipe, progress: Progress) -> None:
    kind = vocoder.cpu_class()
    for graph in (*recipe.graphs, *(() if kind else (native.graph for native in recipe.native))):
        progress(f"optimising {graph}")
        save_optimised(bundle.path(graph), folder / graph)
    for native in recipe.native if kind else ():
        progress(f"packing {native.weights} for {kind}")
        native.pack(bundle.path(native.weights), folder / native.packed, kind or "")
    (folder / MANIFEST).write_text(to_json(fit, dict(_entries(folder))), encoding="utf-8")
    for path in (folder, *folder.iterdir()):
        path.chmod(0o755 if path.is_dir() else 0o644)
        flush_to_disk(path)


def _entries(folder: Path) -> Iterator[tuple[str, PreparedFile]]:
    for path in sorted(folder.iterdir()):
        entry = file_entry(path)
        yield path.name, PreparedFile(entry.bytes, quick_sum(path), entry.sha256)


def _publish(scratch: Path, link: Path) -> None:
    """Let the link lead to what is in `scratch`, under a name of its own, from one moment to the next."""
    folder = link.with_name(f"{link.name}.{secrets.token_hex(4)}")
    new = link.with_name(f".{folder.name}")
    new.symlink_to(folder.name)  # before the folder is there: `prune` spares what a link leads to
    scratch.rename(folder)
    if link.is_dir() and not link.is_symlink():  # a copy that did not keep links
        link.rename(link.with_name(f"{link.name}.{secrets.token_hex(4)}"))
    new.replace(link)
    flush_to_disk(link.parent)


def flush_to_disk(path: Path) -> None:
    """To the disk, so that a node that loses power does not keep names of files without content."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

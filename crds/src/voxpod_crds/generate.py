"""Writes what is generated from the models: the CRDs, their copies in the Helm chart, and two pages of documentation.

    python -m voxpod_crds.generate [--check] [--crds-dir DIR] [--docs-dir DIR] [--chart-dir DIR]

`--check` writes nothing, shows what would change and exits with 1 if anything would.
"""

import argparse
import difflib
import sys
from pathlib import Path
from typing import Any

import yaml

from voxpod_crds.crd import crd
from voxpod_crds.definitions import DEFINITIONS, Definition
from voxpod_crds.reference import GENERATED, api_page, reasons_page

_MODELS = {"Tenant": "tenant.py", "TTSRequest": "tts_request.py", "SpeechModel": "speech_model.py"}


class _Dumper(yaml.SafeDumper):
    """YAML without anchors: a schema used twice is written twice."""

    def ignore_aliases(self, data: Any) -> bool:
        """Never refer back."""
        return True


def _yaml(document: Any) -> str:
    return yaml.dump(document, Dumper=_Dumper, sort_keys=False, width=120, allow_unicode=True)


def crd_file(definition: Definition) -> str:
    """The CRD as `kubectl apply -f` takes it."""
    source = f"crds/src/voxpod_crds/{_MODELS[definition.kind]}"
    return f"# {GENERATED.format(source=source)}\n" + _yaml(crd(definition))


def chart_file(definition: Definition) -> str:
    """The same CRD as a Helm template, switched by crds.install and kept on uninstall by crds.keep."""
    text = crd_file(definition)
    if "{{" in text:
        raise ValueError(f"{definition.kind}: the CRD contains '{{{{', which Helm would take for a template")
    head, metadata, tail = text.partition("metadata:\n")
    keep = "  {{- if .Values.crds.keep }}\n  annotations:\n    helm.sh/resource-policy: keep\n  {{- end }}\n"
    return f"{{{{- if .Values.crds.install }}}}\n{head}{metadata}{keep}{tail}{{{{- end }}}}\n"


def outputs(crds_dir: Path, docs_dir: Path, chart_dir: Path) -> dict[Path, str]:
    """Every generated file with its content; the chart's only where there is a chart."""
    files = {crds_dir / f"{d.kind.lower()}.yaml": crd_file(d) for d in DEFINITIONS}
    files |= {docs_dir / "reasons.md": reasons_page(), docs_dir / "api.md": api_page(DEFINITIONS)}
    if chart_dir.is_dir():
        files |= {chart_dir / "templates" / "crds" / f"{d.kind.lower()}.yaml": chart_file(d) for d in DEFINITIONS}
    return files


def main(argv: list[str] | None = None) -> int:
    """Write the files, or with --check compare them; the exit status says whether all is as it should be."""
    parser = argparse.ArgumentParser(prog="python -m voxpod_crds.generate", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 if a file would change")
    parser.add_argument("--crds-dir", type=Path, default=Path("crds"), help="where the CRDs go (default: %(default)s)")
    parser.add_argument("--docs-dir", type=Path, default=Path("docs"), help="where the pages go (default: %(default)s)")
    parser.add_argument(
        "--chart-dir",
        type=Path,
        default=Path("charts/voxpod"),
        help="chart that gets the CRDs as templates, if it is there",
    )
    options = parser.parse_args(argv)
    for folder in (options.crds_dir, options.docs_dir):
        if not folder.is_dir():
            parser.error(f"{folder} is no folder: run this in the repository's root, or name the folders")
    files = outputs(options.crds_dir, options.docs_dir, options.chart_dir)
    return _check(files) if options.check else _write(files)


def _write(files: dict[Path, str]) -> int:
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return 0


def _check(files: dict[Path, str]) -> int:
    stale = 0
    for path, wanted in files.items():
        found = path.read_text(encoding="utf-8") if path.exists() else ""
        if found != wanted:
            stale += 1
            diff = difflib.unified_diff(
                found.splitlines(), wanted.splitlines(), str(path), "generated", n=1, lineterm=""
            )
            print("\n".join(diff))
    if stale:
        print(f"{stale} generated file(s) out of date: run python -m voxpod_crds.generate", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main())

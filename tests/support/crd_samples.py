"""Sample resources of tests/golden/crds: those that the API server takes, and changes of them that it must refuse."""

import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "crds"

Manifest = dict[str, Any]


@dataclass(frozen=True)
class Refused:
    """A manifest that must be refused with an error that names `field` and contains `says`."""

    id: str
    manifest: Manifest
    field: str
    says: str
    rule: bool
    """Whether only the API server can see it (CEL, uniqueness, names), not a plain JSON schema."""


def accepted(name: str) -> Manifest:
    """The sample `accepted/<name>.yaml`."""
    manifest: Manifest = yaml.safe_load((GOLDEN / "accepted" / f"{name}.yaml").read_text(encoding="utf-8"))
    return manifest


def a_tts_request(**spec: Any) -> Manifest:
    """The minimal TTSRequest with changes of its spec."""
    sample = accepted("ttsrequest-minimal")
    return {**sample, "spec": merged(sample["spec"], spec)}


def accepted_names() -> list[str]:
    """The names of all accepted samples."""
    return sorted(path.stem for path in (GOLDEN / "accepted").glob("*.yaml"))


def refused() -> list[Refused]:
    """Every case of refused.yaml as a whole manifest."""
    cases = yaml.safe_load((GOLDEN / "refused.yaml").read_text(encoding="utf-8"))
    return [_refused(**case) for case in cases]


def _refused(
    id: str, kind: str, field: str, says: str, change: Any = None, name: str | None = None, rule: bool = False
) -> Refused:
    manifest = accepted(f"{kind.lower()}-minimal")
    manifest["metadata"]["name"] = name or "refused"
    manifest["spec"] = merged(manifest["spec"], change or {})
    return Refused(f"{kind}: {id}", manifest, field, says, rule)


def merged(base: Any, change: Any) -> Any:
    """`base` with `change` merged in as a JSON merge patch: None removes, a mapping merges, all else replaces."""
    if not isinstance(change, dict):
        return change
    out = copy.deepcopy(base) if isinstance(base, dict) else {}
    for key, value in change.items():
        if value is None:
            out.pop(key, None)
        else:
            out[key] = merged(out.get(key), value)
    return out


def for_python(pattern: str) -> str:
    """A pattern of the CRDs with the separators of Unicode (category Z) written out, which Python's `re` does not know."""
    return pattern.replace(r"\p{Z}", " \xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000")

from pathlib import Path

import pytest

from voxpod_demo.errors import DemoError
from voxpod_demo.settings import from_environment


def test_nothing_set_names_no_context_and_the_cache_at_home() -> None:
    settings = from_environment({})
    assert settings.context == ""
    assert settings.cluster_name == "demo"
    assert settings.cache == Path("~/.cache/voxpod").expanduser()
    assert settings.timeout_seconds == 300


def test_variables_are_read_without_spaces_around_them() -> None:
    settings = from_environment({"KUBECONTEXT": " mine ", "VOXPOD_CACHE": "/big/cache", "VOXPOD_DEMO_TIMEOUT": "12.5"})
    assert (settings.context, settings.cache, settings.timeout_seconds) == ("mine", Path("/big/cache"), 12.5)


@pytest.mark.parametrize("text", ["soon", "0", "-3", "nan", "inf", "1e9"])
def test_unusable_timeout_is_refused_with_what_is_wanted(text: str) -> None:
    with pytest.raises(DemoError, match=r"VOXPOD_DEMO_TIMEOUT is .*number of seconds"):
        from_environment({"VOXPOD_DEMO_TIMEOUT": text})

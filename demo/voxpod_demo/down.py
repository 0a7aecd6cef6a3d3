"""`down`: nothing of the demo is left but what lies in the cache and in the audio folder."""

from voxpod_demo.choice import find_running
from voxpod_demo.session import facts_of, target_of
from voxpod_demo.settings import Settings
from voxpod_demo.terminal import Terminal


def down(settings: Settings, terminal: Terminal) -> bool:
    """Remove the demo; true also where there was none."""
    choice = find_running(facts_of(settings))
    if choice is None:
        terminal.say(
            "No demo is running here: nothing to take down. (One in a cluster of yours: KUBECONTEXT=my-context make"
            " demo-down)"
        )
        return True
    target_of(choice, settings).remove(terminal)
    terminal.raw(f"The cache stays, so that the next run is quick: {settings.cache}")
    return True

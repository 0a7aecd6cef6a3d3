"""`shell`: your shell, in which kubectl and helm are for the demo's cluster."""

import os
import shlex
import subprocess
import tempfile
from collections.abc import Mapping
from pathlib import Path

from voxpod_demo.session import running
from voxpod_demo.settings import Settings
from voxpod_demo.targets import Target
from voxpod_demo.terminal import Terminal

PROMPT_HINT = "(voxpod) "


def shell(settings: Settings, terminal: Terminal) -> int:
    """Run a shell to its end; its exit code."""
    target = running(settings)
    with tempfile.TemporaryDirectory(prefix="voxpod-demo-") as scratch:
        environment = shell_environment(target, Path(scratch), os.environ)
        argv = shell_command(os.environ.get("SHELL") or "/bin/sh", Path(scratch))
        terminal.say(f"A shell for {target.title}: try `kubectl get ttsr -A`; `exit` leaves it.")
        # Ctrl-C is for what runs in the shell; the demo waits for its end
        with subprocess.Popen(argv, env=environment) as process:
            while True:
                try:
                    return process.wait()
                except KeyboardInterrupt:
                    continue


def shell_environment(target: Target, scratch: Path, environment: Mapping[str, str]) -> dict[str, str]:
    """The caller's environment, with a kubeconfig whose current context is the demo's, and its kubectl and helm first on PATH."""
    kubectl = target.kubectl()
    kubeconfig = scratch / "kubeconfig"
    kubeconfig.touch(mode=0o600)
    kubeconfig.write_text(kubectl.text("config", "view", "--minify", "--flatten", "--raw"))
    programs = scratch / "bin"
    programs.mkdir()
    for program in (kubectl.program, target.helm()):
        (programs / program.name).symlink_to(program)
    return {
        **environment,
        "KUBECONFIG": str(kubeconfig),
        "PATH": f"{programs}{os.pathsep}{environment.get('PATH', '')}",
        "VOXPOD_DEMO": target.title,
    }


def shell_command(program: str, scratch: Path) -> list[str]:
    """The command line of the user's shell, with a hint in the prompt where the shell lets itself be told."""
    if Path(program).name != "bash":
        return [program, "-i"]
    rc = scratch / "bashrc"
    path = shlex.quote(f"{scratch / 'bin'}")
    # the user's own file may set PATH and PS1, so ours come after it
    rc.write_text(
        "[ -f ~/.bashrc ] && ."
        f' ~/.bashrc\nPATH={path}:"$PATH"\nKUBECONFIG={shlex.quote(str(scratch / "kubeconfig"))}\nPS1={shlex.quote(PROMPT_HINT)}"$PS1"\n'
    )
    return [program, "--rcfile", str(rc), "-i"]

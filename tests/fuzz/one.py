"""One target, fuzzed by atheris: `python -m tests.fuzz.one TARGET`, then what libFuzzer takes."""

import sys

import atheris


def main() -> None:
    """Fuzz a target until libFuzzer is done, or something fails."""
    _, name, *options = sys.argv
    # What a text is compared with leads on as well.
    atheris.enabled_hooks.add("str")
    with atheris.instrument_imports(include=["bot", "telegramify_markdown", "telegram.helpers"]):
        from tests.fuzz.targets import TARGETS

    # What libFuzzer starts again by itself, for the parts of a merge.
    program = f"{sys.executable} -m tests.fuzz.one {name}"
    atheris.Setup([program, *options], TARGETS[name])
    atheris.Fuzz()


if __name__ == "__main__":
    main()

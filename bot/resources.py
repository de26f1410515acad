"""Where the knowledge and the prompts that come with Vigie are: beside the package in a checkout, else inside it."""

from pathlib import Path

_PACKAGE = Path(__file__).parent
_ROOT = _PACKAGE / "data" if (_PACKAGE / "data").is_dir() else _PACKAGE.parent

KNOWLEDGE = _ROOT / "knowledge"
PROMPTS = _ROOT / "prompts" / "fr"

import re
from pathlib import Path

import pytest
from typer.main import get_command

from tieout.verbs import app

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\]\(([^)#]+)(?:#[^)]*)?\)")
VERB = re.compile(r"(?:^|[`/ ])tieout ([a-z]+)(?= |`|$)", re.MULTILINE)


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_link_leads_to_a_file_of_the_project(page: Path) -> None:
    broken = [t for t in LINK.findall(page.read_text(encoding="utf-8")) if not (page.parent / t).exists()]
    assert broken == []


def test_every_verb_in_the_readme_and_the_guides_exists() -> None:
    known = set(get_command(app).commands)  # type: ignore[attr-defined]
    code = re.compile(r"`[^`]*`|```.*?```", re.DOTALL)
    for page in PAGES:
        named = {v for part in code.findall(page.read_text(encoding="utf-8")) for v in VERB.findall(part)}
        assert named <= known, f"{page.name} names {sorted(named - known)}, which is no verb of tieout"


def test_the_makefile_has_every_target_that_the_readme_names() -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(
        re.findall(
            r"\bmake ([a-z-]+)\b",
            "\n".join(re.findall(r"`[^`]*`|```.*?```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)),
        )
    )
    assert named <= targets

"""The app as a person opens it: a page, with what stands in its address, and what it says."""

from __future__ import annotations

from pathlib import Path

from streamlit.testing.v1 import AppTest

APP = Path(__file__).parents[2] / "dashboards" / "app.py"
PAGES = {
    "overview": "Are we making money, and can we trust the number?",
    "utilization": "Is capacity used and sold?",
    "margin": "Which work earns?",
    "backlog": "What is sold and not yet done?",
    "reconciliation": "Where do the two bases disagree, and why?",
    "integration_health": "Are the interfaces well, and what waits because of them?",
    "data_and_definitions": "What does this figure mean, and how fresh is it?",
}
WITH_CARDS = ("overview", "utilization", "margin", "backlog", "reconciliation", "integration_health")


def opened(page: str, **query: str | list[str]) -> AppTest:
    app = AppTest.from_file(str(APP), default_timeout=30)
    for key, value in query.items():
        app.query_params[key] = value
    app.run()
    return app if page == "overview" else app.switch_page(f"app_pages/{page}.py").run()


def texts(app: AppTest) -> str:
    return "\n".join(str(one.value) for one in (*app.markdown, *app.header, *app.subheader))

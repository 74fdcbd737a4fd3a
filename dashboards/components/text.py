"""Quiet text that is still readable: the library's own caption is too faint for AA contrast."""

from __future__ import annotations

import re

import streamlit as st

MARKDOWN = re.compile(r"([\\\[\]`*_{}$~<>#|:])")


def note(text: str) -> None:
    """Write one quiet line; Markdown in it is kept, so escape what comes from data."""
    st.markdown(f":small[:gray[{text}]]")


def plain(text: str) -> str:
    """Return text from data so that Markdown shows it as it is."""
    return MARKDOWN.sub(r"\\\1", text)

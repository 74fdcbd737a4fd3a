"""The pages: layout only; what they show comes from queries, how it looks from charts and components.

The folder is not called `pages`: Streamlit would take one of that name for its older navigation and run a
page without `app.py` at the first visit.
"""

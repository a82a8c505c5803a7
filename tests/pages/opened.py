"""A page opened by its address, and what stands on it."""

from engine import store


def open_at(app, page, dataset, **query):
    """Open ``page`` on ``dataset`` with ``query`` in its address; nothing may go wrong."""
    app.query_params["data"] = store.put(dataset)
    for name, value in query.items():
        app.query_params[name] = value
    app.switch_page(f"pages/{page}.py").run()
    assert not app.exception
    return app


def words(page):
    """Return all that a page says, a part a line."""
    parts = [*page.title, *page.subheader, *page.markdown, *page.caption]
    return "\n".join(part.value for part in [*parts, *page.success, *page.info, *page.warning, *page.error])

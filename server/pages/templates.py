"""Turns a template of web/templates into a page; every value is escaped and a missing one is an error, not a blank."""

from pathlib import Path

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from server.pages.manifest import Manifest


class Templates:
    """The pages' templates, with the built scripts and styles they name."""

    def __init__(self, folder: Path, static: Path) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(folder),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        manifest = Manifest(static)
        self._environment.globals["assets"] = manifest.tags
        self._environment.globals["address"] = manifest.address
        # A page that nobody told anything about signatures shows drafts.
        self.everywhere(signed=False)

    def everywhere(self, **values: object) -> None:
        """Values that every page has, the parts that pages share included."""
        self._environment.globals.update(values)

    def render(self, name: str, **values: object) -> str:
        return self._environment.get_template(name).render(**values)

    def page(self, name: str, *, status: int = 200, **values: object) -> web.Response:
        """An HTML answer; name is a path under web/templates, for example `staff/console.html`."""
        return web.Response(text=self.render(name, **values), status=status, content_type="text/html")


TEMPLATES = web.AppKey("templates", Templates)

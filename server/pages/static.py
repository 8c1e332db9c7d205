"""Serves what Vite built. Files under assets/ carry a hash in their name and never change; others are revalidated."""

from pathlib import Path

from aiohttp import hdrs, web

from server.vocabulary.errors import NotFound

YEAR_S = 31_536_000


class StaticFiles:
    """The folder of built files behind /static/."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()

    async def serve(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        path = (self._folder / name).resolve()
        hidden = any(part.startswith(".") for part in Path(name).parts)
        if hidden or not path.is_relative_to(self._folder) or not path.is_file():
            raise NotFound("No such static file.")
        caching = f"public, max-age={YEAR_S}, immutable" if name.startswith("assets/") else "no-cache"
        headers = {str(hdrs.CACHE_CONTROL): caching}
        if path.name.startswith("push_worker"):
            # A worker may otherwise serve only pages below its own address (W3C Service Workers, section 3.4).
            headers["Service-Worker-Allowed"] = "/staff/"
        return web.FileResponse(path, headers=headers)

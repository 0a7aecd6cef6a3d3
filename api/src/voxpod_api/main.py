"""The facade's application: health only in this version; it is neither in an image nor in the chart yet."""

from fastapi import FastAPI


def create_app() -> FastAPI:
    """An ASGI application with /healthz."""
    app = FastAPI(title="Voxpod", docs_url=None, redoc_url=None)

    @app.get("/healthz")
    async def healthz() -> dict[str, str]:
        """200 while the process serves."""
        return {"status": "ok"}

    return app

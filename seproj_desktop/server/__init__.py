"""The HTTP door: the app, its routes and access rules, and the embedded uvicorn. On the backend's loop."""

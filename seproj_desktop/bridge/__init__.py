"""The bridge between the window's Qt loop and the backend's asyncio loop."""

"""The window: Qt widgets on the main thread. It awaits the backend through the bridge and never blocks."""

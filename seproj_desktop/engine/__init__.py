"""The model: the Engine protocol, its one owner EngineManager, and vLLM behind them. On the backend thread."""

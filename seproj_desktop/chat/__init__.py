"""The words: messages, stream events, personas, prompts and the chat service. Plain Python, on the backend thread."""

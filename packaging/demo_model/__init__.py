"""The parts of `train_demo_model.py`: text, tokenizer, network, training, measurement and export of the demo model."""

"""The layers that turn exceptions into answers, and what they show of them."""

"""The LA6, a six-joint arm that nobody makes: what the driver of another arm needs."""

"""Posts of our own: written once, published on every network that takes them."""

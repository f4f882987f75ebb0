"""The pages of connections: what is connected and how it fares, connecting an account, and what it costs."""

"""The chat widget on a company's own website."""

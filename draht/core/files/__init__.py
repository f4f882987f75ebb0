"""Files beside the store: kept by their content, examined, and shown so that they can do nothing."""

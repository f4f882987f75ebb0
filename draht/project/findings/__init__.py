"""Is everything in order? The same answers for ``draht check``, the health page and ``/healthz``."""

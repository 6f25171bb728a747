"""The bundled fonts; `python -m assets.fonts` makes the Chinese one."""

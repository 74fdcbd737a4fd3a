"""All SQL of the app, one module a subject; every query takes its filters and rights as parameters."""

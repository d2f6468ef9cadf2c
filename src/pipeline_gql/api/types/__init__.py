"""The types that clients read. None has a resolver: shapes in `store/reads` read them."""

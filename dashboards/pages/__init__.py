"""The pages: layout only; what they show comes from queries, how it looks from charts and components."""

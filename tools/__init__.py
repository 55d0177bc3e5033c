"""LangChain tools over a store."""

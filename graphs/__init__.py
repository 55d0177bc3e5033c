"""LangGraph workflows: wiring only."""

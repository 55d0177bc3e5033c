"""The graph in a Neo4j database. Its modules import the driver, so they are imported when such a store is opened."""

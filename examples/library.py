"""The library in three lines: texts in, a networkx graph out, and the evidence of one edge."""

from kg_builder import build

built = build(["Cisplatin induced acute kidney injury in two patients.", "Heparin-induced thrombocytopenia resolved."])
print(built.graph)

for relation in built.store.relations():
    print(relation.subject_name, relation.predicate, relation.object_name)
    for evidence in relation.evidence:
        print("  ", evidence.document, evidence.sentence, evidence.sentence_text)

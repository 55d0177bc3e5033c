"""Retrieval-augmented answering: facts of the graph with their sources go into a model's prompt.

The model is a scripted one, so that this runs offline; put any LangChain chat model in its place.
"""

from langchain_core.prompts import ChatPromptTemplate

from kg_builder import build
from kg_builder.graphs.enrichment import enrichment
from kg_builder.testing_chat import ScriptedChatModel

built = build(["Cisplatin induced acute kidney injury in two patients.", "Heparin-induced thrombocytopenia resolved."])
prompt = ChatPromptTemplate.from_template("{context}\n\nAnswer from these facts only, with sources: {question}")
model = ScriptedChatModel(lines=["It INDUCES acute kidney injury, says one document."])

facts = enrichment(built.store, max_tokens=500)
chain = {"context": facts | (lambda found: found.context), "question": lambda question: question} | prompt | model

print(chain.invoke("What does cisplatin cause?").text)
print(model.asked[0][0].text)  # what the model was given

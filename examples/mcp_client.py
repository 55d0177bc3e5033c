"""The graph's tools over the Model Context Protocol: a client starts the server, lists the tools and calls some.

Applications such as Claude Desktop do the same with the command that stands in their configuration (docs/mcp.md).
Needs the extra `mcp`.
"""

import asyncio
import sys
from pathlib import Path

from mcp import Client, StdioServerParameters

from kg_builder import Document, build

TEXT = "Cisplatin induced acute kidney injury in two patients. Warfarin induced bleeding."
COMMAND = str(Path(sys.executable).with_name("kg-builder"))


async def main() -> None:
    build([Document(id="report-1", text=TEXT)], store="demo.kg").store.close()
    async with Client(StdioServerParameters(command=COMMAND, args=["mcp", "demo.kg"])) as client:
        for tool in (await client.list_tools()).tools:
            print(f"{tool.name}({', '.join(tool.input_schema['properties'])})")
        for name, arguments in (
            ("what_induces", {"concept": "Acute Kidney Injury"}),
            ("neighbours", {"concept": "hiccups"}),  # comes back as an error, for the model to read
        ):
            answer = await client.call_tool(name, arguments)
            text = "".join(block.text for block in answer.content if block.type == "text")
            print(f"\n{name}{' (error)' if answer.is_error else ''}: {text}")


asyncio.run(main())

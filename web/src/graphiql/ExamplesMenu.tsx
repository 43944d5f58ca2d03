/** @jsxImportSource react */
import { ToolbarButton, ToolbarMenu, useGraphiQL, useGraphiQLActions } from "@graphiql/react";
import type { RefObject } from "react";
import { EXAMPLES, filled, type Example } from "./examples";

/** A menu that opens example operations, each in a tab of its own. */
export function ExamplesMenu({ prediction }: { prediction: RefObject<string | null> }) {
  const { addTab } = useGraphiQLActions();
  const queryEditor = useGraphiQL((state) => state.queryEditor);
  const variableEditor = useGraphiQL((state) => state.variableEditor);
  const open = (example: Example) => {
    const { query, variables } = filled(example, prediction.current);
    addTab();
    queryEditor?.setValue(query);
    variableEditor?.setValue(variables);
  };
  return (
    <ToolbarMenu
      button={
        <ToolbarButton label="Examples" disabled={!queryEditor || !variableEditor}>
          <svg
            className="graphiql-toolbar-icon"
            viewBox="0 0 16 16"
            fill="none"
            stroke="currentColor"
            aria-hidden="true"
          >
            <path d="M2.5 3.5h5.5v10H2.5zM8 3.5h5.5v10H8zM4.5 6.5H6M10 6.5h1.5M10 9h1.5" strokeWidth="1.2" />
          </svg>
        </ToolbarButton>
      }
    >
      {EXAMPLES.map((example) => (
        <ToolbarMenu.Item key={example.title} onSelect={() => open(example)}>
          {example.title}
        </ToolbarMenu.Item>
      ))}
    </ToolbarMenu>
  );
}

export interface Point {
  x: number;
  y: number;
}

/** One step of painting a mask, in pixels of the picture. */
export type Step =
  { kind: "stroke"; erases: boolean; size: number; points: readonly Point[] } | { kind: "invert" } | { kind: "clear" };

const COLOUR = "#00a6ff";

/** Draws all steps anew. */
export function redraw(context: CanvasRenderingContext2D, steps: readonly Step[]): void {
  context.clearRect(0, 0, context.canvas.width, context.canvas.height);
  for (const step of steps) draw(context, step);
}

/** Draws one step over what is there. */
export function draw(context: CanvasRenderingContext2D, step: Step): void {
  const { width, height } = context.canvas;
  context.globalCompositeOperation = "source-over";
  context.fillStyle = context.strokeStyle = COLOUR;
  if (step.kind === "clear") return context.clearRect(0, 0, width, height);
  if (step.kind === "invert") {
    context.globalCompositeOperation = "xor";
    return context.fillRect(0, 0, width, height);
  }
  const [first, ...rest] = step.points;
  if (!first) return;
  context.globalCompositeOperation = step.erases ? "destination-out" : "source-over";
  context.lineWidth = step.size;
  context.lineCap = context.lineJoin = "round";
  context.beginPath();
  context.moveTo(first.x, first.y);
  // a line to where it begins is a dot
  for (const { x, y } of rest.length > 0 ? rest : [first]) context.lineTo(x, y);
  context.stroke();
}

/** The mask as models take it, of the picture's own size: white where it is to be drawn anew, else black. */
export async function maskOf(painted: HTMLCanvasElement): Promise<File> {
  const canvas = document.createElement("canvas");
  const { width, height } = Object.assign(canvas, { width: painted.width, height: painted.height });
  const context = canvas.getContext("2d");
  if (!context) throw new Error("canvas");
  context.drawImage(painted, 0, 0);
  context.globalCompositeOperation = "source-in";
  context.fillStyle = "white";
  context.fillRect(0, 0, width, height);
  context.globalCompositeOperation = "destination-over";
  context.fillStyle = "black";
  context.fillRect(0, 0, width, height);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
  if (!blob) throw new Error("canvas");
  return new File([blob], "mask.png", { type: "image/png" });
}

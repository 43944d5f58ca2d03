import type english from "../en/prediction";

export default {} satisfies typeof english;

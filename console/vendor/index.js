// Everything that the page imports from other projects.
import { createContext, h, options, render } from "preact";
import htm from "htm";

export { createContext, options, render };
export { useCallback, useContext, useEffect, useMemo, useReducer, useRef, useState } from "preact/hooks";
export { diffLines } from "diff";
export { SignatureV4 } from "@smithy/signature-v4";
export { Sha256 } from "@aws-crypto/sha256-js";

export const html = htm.bind(h);

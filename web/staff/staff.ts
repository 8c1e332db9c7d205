/** Entry of every staff page; the console's parts start only where the console is. */
import "../styles/tokens.css";
import "../styles/staff.css";
import "../styles/staff-console.css";
import "../styles/staff-answering.css";
import { startConsole } from "./console";

const root = document.querySelector<HTMLElement>("#console");
if (root) startConsole(root);

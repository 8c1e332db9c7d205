/** Entry of every staff page; the console's parts start only where the console is. */
import "../styles/tokens.css";
import "../styles/staff.css";
import "../styles/staff-console.css";
import "../styles/staff-answering.css";
import "../styles/staff-hand-off.css";
import "../styles/staff-people.css";
import "../styles/library.css";
import { startConsole } from "./console";
import { tick } from "./times";

const root = document.querySelector<HTMLElement>("#console");
if (root) startConsole(root);
else tick();
document.querySelector("[data-print]")?.addEventListener("click", () => window.print());

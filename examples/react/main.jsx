import { useState } from "react";
import { createRoot } from "react-dom/client";
import { ImageZip } from "./ImageZip.jsx";

const urls = ["samples/01-dawn.jpg", "samples/03-noon.jpg"].map((path) => new URL(path, location));

function App() {
  const [isOpen, setOpen] = useState(true);
  return (
    <>
      <button onClick={() => setOpen(!isOpen)}>{isOpen ? "Close" : "Open"}</button>
      {isOpen && <ImageZip urls={urls} />}
    </>
  );
}

createRoot(document.getElementById("app")).render(<App />);

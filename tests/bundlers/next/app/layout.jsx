export const metadata = { title: "An application" };

export default function Layout({ children }) {
  return (
    <html lang="en">
      <head>
        <script src="record.js" />
      </head>
      <body>{children}</body>
    </html>
  );
}

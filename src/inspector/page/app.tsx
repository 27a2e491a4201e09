// The page's grid: toolbar and counters above, the tree at the left, the chosen actor in the middle, the messages at the right, the scrubber below.
export function App() {
  return (
    <div class="app">
      <header class="app-toolbar" />
      <section class="app-counters" aria-label="Counters">
        {/* <Counters /> from './counters/counters.tsx' */}
      </section>
      <nav class="app-tree" aria-label="Actors" />
      <main class="app-actor">
        <section class="app-chart" aria-label="Statechart">
          {/* <ChartView /> from './chart-view.tsx' */}
        </section>
        <section class="app-snapshot" aria-label="Snapshot" />
      </main>
      <section class="app-messages" aria-label="Messages">
        <div class="app-sequence">{/* <Sequence /> from './sequence/sequence.tsx' */}</div>
        <div class="app-log">{/* <Log /> from './log/log.tsx' */}</div>
      </section>
      <footer class="app-scrubber" />
    </div>
  );
}

// The theme: the system's unless selected. For every page with a button #theme.
const themes = ['system', 'light', 'dark'];
const system = matchMedia('(prefers-color-scheme: dark)');
const button = document.getElementById('theme');
let theme = localStorage.getItem('llmblender.theme') ?? 'system';

function apply() {
  document.documentElement.dataset.theme = theme === 'system' ? (system.matches ? 'dark' : 'light') : theme;
  button.textContent = `Theme: ${{ system: 'auto', light: 'light', dark: 'dark' }[theme]}`;
}

system.onchange = apply;
button.onclick = () => {
  theme = themes[(themes.indexOf(theme) + 1) % themes.length];
  localStorage.setItem('llmblender.theme', theme);
  apply();
};
apply();

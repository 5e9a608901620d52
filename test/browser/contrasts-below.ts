import type { Page } from "playwright-core";

/**
 * The pieces of text whose contrast against what stands behind them is below `least`, each with its
 * contrast. Text in drawings is left out: its ground is a drawing too.
 *
 * @see WCAG 2.2, "relative luminance" and "contrast ratio"
 */
export function contrastsBelow(page: Page, least: number): Promise<string[]> {
  return page.evaluate((limit) => {
    type Colour = [red: number, green: number, blue: number, alpha: number];
    const parse = (text: string): Colour => {
      const [red = 0, green = 0, blue = 0, alpha = 1] = (text.match(/[\d.]+/g) ?? []).map(Number);
      return [red, green, blue, alpha];
    };
    const over = (front: Colour, back: Colour): Colour => {
      const mix = (index: 0 | 1 | 2) => front[index] * front[3] + back[index] * (1 - front[3]);
      return [mix(0), mix(1), mix(2), 1];
    };
    const luminance = (colour: Colour) => {
      const [red = 0, green = 0, blue = 0] = colour.slice(0, 3).map((value) => {
        const share = value / 255;
        return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
    };
    const groundOf = (element: Element | null): Colour => {
      if (!element) return [255, 255, 255, 1];
      const own = parse(getComputedStyle(element).backgroundColor);
      return own[3] === 1 ? own : over(own, groundOf(element.parentElement));
    };
    const isText = (node: ChildNode) => node.nodeType === 3 && node.textContent?.trim() !== "";
    const found = [...document.querySelectorAll("body *")].flatMap((element) => {
      const isShown = element.getClientRects().length > 0 && !element.closest("svg, .unseen");
      // Who cannot press a button need not read it as well: WCAG leaves those out.
      if (!isShown || element.matches(":disabled") || ![...element.childNodes].some(isText))
        return [];
      const ground = groundOf(element);
      const front = over(parse(getComputedStyle(element).color), ground);
      const [light, dark] = [luminance(front), luminance(ground)].sort((a, b) => b - a);
      const contrast = ((light ?? 0) + 0.05) / ((dark ?? 0) + 0.05);
      const words = element.textContent?.trim().slice(0, 40);
      return contrast < limit ? [`${words}: ${contrast.toFixed(2)}`] : [];
    });
    return [...new Set(found)];
  }, least);
}
